"""What comes with Ruby: constants that every file may name, and libraries that it may require."""

from __future__ import annotations

CONSTANTS = frozenset(
    b"""
    ARGF ARGV ArgumentError Array BasicObject Benchmark BigDecimal Bignum Binding CSV Class
    ClosedQueueError Comparable Complex ConditionVariable Coverage Date DateTime Delegator Digest Dir ENV
    EOFError ERB Encoding EncodingError Enumerable Enumerator Errno Etc Exception FalseClass Fiber FiberError
    File FileTest FileUtils Find Fixnum Float FloatDomainError Forwardable FrozenError GC Hash IO IOError
    IndexError Integer Interrupt JSON Kernel KeyError LoadError LocalJumpError Logger Marshal MatchData Math
    Method Module Monitor MonitorMixin Mutex NameError Net NilClass NoMatchingPatternError
    NoMatchingPatternKeyError NoMemoryError NoMethodError NotImplementedError Numeric Object ObjectSpace
    Observable Open3 OpenSSL OpenStruct OptionParser PP Pathname Proc Process Psych Queue
    RUBYGEMS_ACTIVATION_MONITOR RUBY_COPYRIGHT RUBY_DESCRIPTION RUBY_ENGINE RUBY_ENGINE_VERSION RUBY_PATCHLEVEL
    RUBY_PLATFORM RUBY_RELEASE_DATE RUBY_REVISION RUBY_VERSION Ractor Random Range RangeError Rational RbConfig
    Refinement Regexp RegexpError Ripper RuntimeError STDERR STDIN STDOUT ScriptError SecureRandom SecurityError
    Set Shellwords Signal SignalException SimpleDelegator Singleton SizedQueue Socket StandardError
    StopIteration String StringIO StringScanner Struct Symbol SyntaxError SystemCallError SystemExit
    SystemStackError TCPServer TCPSocket TOPLEVEL_BINDING Tempfile Thread ThreadError ThreadGroup Time Timeout
    TracePoint TrueClass TypeError URI UnboundMethod UncaughtThrowError UnicodeNormalize Warning WeakRef YAML
    ZeroDivisionError Zlib
    """.split()
)

LIBRARIES = frozenset(
    name.decode()
    for name in b"""
    English abbrev base64 benchmark bigdecimal bundler cgi coverage csv date delegate did_you_mean digest drb
    erb etc expect fcntl fiddle fileutils find forwardable getoptlong io ipaddr irb json logger matrix minitest
    monitor mutex_m net nkf objspace observer open-uri open3 openssl optparse ostruct pathname pp prettyprint
    prime pstore psych pty racc rake rdoc readline reline resolv rinda ripper rubygems securerandom set
    shellwords singleton socket stringio strscan syslog tempfile test thread time timeout tmpdir tracer tsort un
    uri weakref webrick yaml zlib
    """.split()
)
