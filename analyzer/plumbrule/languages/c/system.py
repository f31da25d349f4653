"""Headers of the standard libraries and of operating systems: outside of every repository."""

from __future__ import annotations

_C_HEADERS = """
Availability.h AvailabilityMacros.h TargetConditionals.h WinSock2.h Windows.h aio.h alloca.h ar.h
arm_acle.h arm_neon.h arpa/inet.h arpa/nameser.h assert.h byteswap.h complex.h conio.h cpio.h cpuid.h
crtdbg.h crypt.h ctype.h dbghelp.h devctl.h direct.h dirent.h dlfcn.h elf.h emmintrin.h endian.h err.h
errno.h execinfo.h fcntl.h features.h fenv.h float.h fmtmsg.h fnmatch.h fts.h ftw.h getopt.h glob.h
gnu/libc-version.h grp.h iconv.h ifaddrs.h immintrin.h intrin.h inttypes.h io.h iphlpapi.h iso646.h
langinfo.h libgen.h libintl.h limits.h link.h linux/limits.h lmcons.h locale.h malloc.h malloc/malloc.h
math.h memory.h mntent.h monetary.h mqueue.h mswsock.h ndbm.h net/if.h netdb.h netinet/in.h netinet/tcp.h
netinet/udp.h nl_types.h nmmintrin.h objc/objc.h paths.h pmmintrin.h poll.h process.h psapi.h pthread.h
pthread_np.h pty.h pwd.h regex.h resolv.h sched.h search.h semaphore.h setjmp.h sgtty.h shadow.h share.h
shellapi.h shlobj.h shlwapi.h signal.h smmintrin.h spawn.h stdalign.h stdarg.h stdatomic.h stdbit.h
stdbool.h stdckdint.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h stropts.h
synch.h sysexits.h syslog.h tar.h tchar.h term.h termio.h termios.h tgmath.h threads.h time.h tmmintrin.h
uchar.h ucontext.h ulimit.h unistd.h unwind.h utime.h utmp.h utmpx.h varargs.h wchar.h wctype.h winbase.h
wincrypt.h windows.h winerror.h wininet.h winnt.h winsock.h winsock2.h wmmintrin.h wordexp.h ws2tcpip.h
x86intrin.h xlocale.h xmmintrin.h
"""
C_HEADERS = frozenset(_C_HEADERS.split())

_CPP_HEADERS = """
algorithm any array atomic barrier bit bitset cassert ccomplex cctype cerrno cfenv cfloat charconv chrono
cinttypes ciso646 climits clocale cmath codecvt compare complex concepts condition_variable coroutine
csetjmp csignal cstdalign cstdarg cstdbool cstddef cstdint cstdio cstdlib cstring ctgmath ctime cuchar
cwchar cwctype cxxabi.h debugging deque exception execution expected experimental/filesystem
experimental/optional experimental/string_view ext/hash_map ext/stdio_filebuf.h filesystem flat_map
flat_set format forward_list fstream functional future generator hash_map hash_set initializer_list
iomanip ios iosfwd iostream istream iterator latch limits list locale map mdspan memory memory_resource
mutex new numbers numeric optional ostream print queue random ranges ratio regex scoped_allocator
semaphore set shared_mutex source_location span spanstream sstream stack stacktrace stdexcept stdfloat
stop_token streambuf string string_view strstream syncstream system_error thread tuple type_traits
typeindex typeinfo unordered_map unordered_set utility valarray variant vector version
"""
CPP_HEADERS = frozenset(_CPP_HEADERS.split())

SYSTEM_FOLDERS = (
    *("sys/", "bits/", "asm/", "linux/", "net/", "netinet/", "arpa/", "mach/", "machine/", "gnu/", "netpacket/"),
    *("libkern/", "mach-o/", "CoreFoundation/", "SystemConfiguration/", "Security/", "os/", "rpc/"),
)
