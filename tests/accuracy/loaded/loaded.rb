# Loads a project as its recipe says and prints as JSON what its files name, as Ruby itself finds it when all is loaded:
# {"edges": [[src, dst, how, line, name], ...], "loaded": [file, ...]}, `how` being
# - sure: a constant that only one file defines, or that is autoloaded from it;
# - require: a literal path, as the load path of the running program finds it;
# - call: the file of a method that is called on a constant;
# - possible: one of several files that open a constant.
#
#     ruby loaded.rb ROOT RECIPE GROUP < names of files
require 'json'
require 'set'
require 'tmpdir'

ROOT = File.realpath(ARGV[0])
GROUP = ARGV[2].to_s
FILES = $stdin.read.split("\n")
OUT = $stdout.dup
$stdout.reopen(File::NULL)
$stderr.reopen(ENV['LOADED_LOG'] || File::NULL)
$VERBOSE = nil
NOT_TO_BE_HAD = %w[bootsnap/setup byebug minitest/retry webdrivers/chromedriver websocket-client-simple].freeze
AUTOLOADED = {} # (module, name) => file

def inside(path)
  return unless path
  path = File.realpath(path) if File.exist?(path)
  path.start_with?("#{ROOT}/") ? path.delete_prefix("#{ROOT}/") : nil
end

def found_in_load_path(path)
  found = $LOAD_PATH.resolve_feature_path(path)
  found && found[1].is_a?(String) ? found[1] : nil
rescue LoadError, ArgumentError
  nil
end

module Kernel
  really = instance_method(:require)
  define_method(:require) { |path| NOT_TO_BE_HAD.include?(path) || really.bind_call(self, path) }
end

class Module
  really = instance_method(:autoload)
  define_method(:autoload) do |name, path|
    found = File.file?(path) ? path : found_in_load_path(path)
    AUTOLOADED[[self, name.to_s]] ||= found if found
    really.bind_call(self, name, path)
  end
end

# For recipes: what fails is told on standard error and loaded no further.
def attempt(what)
  yield
rescue Exception => e # rubocop:disable Lint/RescueException
  $stderr.puts "#{what}: #{e.class}: #{e.message[0, 300]}", *e.backtrace&.first(3)
end

def load_each(files)
  files.each { |file| attempt(file) { require "#{ROOT}/#{file}" } }
end

# What is loaded otherwise than by `require`.
def counts_as_loaded(files)
  $LOADED_FEATURES.concat(files.map { |file| "#{ROOT}/#{file}" })
end

at_exit { exit! 1 }
load ARGV[1] # defines WANTED: the files to be told of
loaded = $LOADED_FEATURES.filter_map { |one| inside(one) }.to_set

def path_of(node)
  case node&.type
  when :CONST then [node.children[0].to_s]
  when :COLON3 then ['', node.children[0].to_s]
  when :COLON2
    inner, last = node.children
    return [last.to_s] if inner.nil?
    around = path_of(inner)
    around && around + [last.to_s]
  end
end

def node?(one)
  one.is_a?(RubyVM::AbstractSyntaxTree::Node)
end

Found = Struct.new(:value, :where, :owner, :name)
# Classes define methods of these names themselves.
DEFINED, GET, SOURCE, ABOVE =
  %i[const_defined? const_get const_source_location ancestors].map { |name| Module.instance_method(name) }

def in_module(mod, name, inherited)
  owners = inherited ? ABOVE.bind_call(mod) : [mod]
  owners.each do |owner|
    next if inherited && owner.equal?(Object) && !mod.equal?(Object)
    next unless DEFINED.bind_call(owner, name, false)
    value = begin
      GET.bind_call(owner, name, false)
    rescue Exception # rubocop:disable Lint/RescueException
      return nil
    end
    return Found.new(value, SOURCE.bind_call(owner, name, false)&.first, owner, name)
  end
  nil
end

# As Ruby looks: in the modules around, then in what the innermost inherits, then in Object.
def constant(crefs, path)
  head, *rest = path
  if head == ''
    head, *rest = rest
    found = in_module(Object, head, true)
  else
    crefs.reverse_each { |mod| found ||= in_module(mod, head, false) }
    found ||= in_module(crefs.last, head, true) if crefs.any?
    found ||= in_module(Object, head, true)
  end
  rest.each do |name|
    return unless found&.value.is_a?(Module)
    found = in_module(found.value, name, true)
  end
  found
end

$definitions = Hash.new { |all, key| all[key] = [] } # (module, name) => files that define or open it
$uses = []
$others = []

def walk(node, crefs, file)
  return unless node?(node)
  case node.type
  when :CLASS, :MODULE
    walk(node.children[1], crefs, file) if node.type == :CLASS
    found = opened(path_of(node.children[0]), crefs, file, node.first_lineno)
    $definitions[[found.owner, found.name]] << file if found
    # What never ran has no module of its own: its names are looked up from around it.
    walk(node.children.last, found ? crefs + [found.value] : crefs, file)
    return
  when :SCLASS
    walk(node.children[0], crefs, file)
    own = crefs.any? && node.children[0].type == :SELF
    walk(node.children[1], own ? crefs + [crefs.last.singleton_class] : crefs, file)
    return
  when :CDECL
    target = node.children[0]
    path = target.is_a?(Symbol) ? [target.to_s] : path_of(target)
    owner = path && owner_of(path, crefs)
    $definitions[[owner, path.last]] << file if owner.is_a?(Module)
    node.children.drop(1).each { |child| walk(child, crefs, file) }
    return
  when :CONST, :COLON2, :COLON3
    path = path_of(node)
    if path
      found = constant(crefs, path)
      $uses << [file, node.first_lineno, found, path.join('::')] if found
      return
    end
  when :CALL, :QCALL
    receiver, name = node.children
    path = node?(receiver) ? path_of(receiver) : nil
    found = path && constant(crefs, path)
    if found && found.value.is_a?(Module)
      at = defined_at(found.value, name)
      $others << [file, at, 'call', node.first_lineno, "#{path.join('::')}.#{name}"] if at
    end
  when :FCALL
    required(node, file)
  end
  node.children.each { |child| walk(child, crefs, file) }
end

def defined_at(mod, name)
  mod.method(name).source_location&.first
rescue NameError, ArgumentError # made when it is called; `method` is its own
  nil
end

def owner_of(path, crefs)
  return crefs.last || Object if path.size == 1
  path[0..-2] == [''] ? Object : constant(crefs, path[0..-2])&.value
end

def opened(path, crefs, file, line)
  return unless path
  if path.size > 1 && path[0..-2] != ['']
    around = constant(crefs, path[0..-2])
    $uses << [file, line, around, path[0..-2].join('::')] if around
  end
  owner = owner_of(path, crefs)
  found = owner.is_a?(Module) ? in_module(owner, path.last, owner.equal?(Object)) : nil
  found if found && found.value.is_a?(Module)
end

def required(node, file)
  word, given = node.children
  text = given&.children&.[](word == :autoload ? 1 : 0)
  return unless node?(text) && text.type == :STR
  path = text.children[0]
  at = case word
       when :require, :require_dependency, :autoload then found_in_load_path(path)
       when :require_relative
         near = File.expand_path(path, File.dirname("#{ROOT}/#{file}"))
         [near, "#{near}.rb"].find { |one| File.file?(one) }
       end
  $others << [file, at, 'require', node.first_lineno, path] if at
end

FILES.each do |file|
  next unless loaded.include?(file)
  attempt(file) do
    walk(RubyVM::AbstractSyntaxTree.parse(File.read("#{ROOT}/#{file}", encoding: 'UTF-8')), [], file)
  end
end

wanted = Object.const_get(:WANTED).select { |file| loaded.include?(file) }.to_set
edges = {}
note = lambda do |src, dst, how, line, name|
  edges[[src, dst, how]] ||= [line, name] if src != dst && wanted.include?(src)
end
$uses.each do |file, line, found, name|
  autoloaded = inside(AUTOLOADED[[found.owner, found.name]])
  at = autoloaded || inside(found.where)
  openers = [*$definitions[[found.owner, found.name]], at].compact.uniq
  openers.each { |one| note.call(file, one, 'possible', line, name) }
  # What Ruby or a gem defines and the project only opens again, nobody loads for its name.
  next if at.nil? || openers.include?(file)
  one = autoloaded || (openers[0] if openers.size == 1)
  note.call(file, one, 'sure', line, name) if one
end
$others.each do |file, at, how, line, name|
  dst = inside(at)
  note.call(file, dst, how, line, name) if dst
end
OUT.puts JSON.generate('edges' => edges.map { |key, said| [*key, *said] }, 'loaded' => wanted.to_a)
OUT.flush
exit! 0
