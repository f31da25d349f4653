# Prints as JSON what the files listed on standard input name, by Ruby's own parser, and the file that holds it by the
# names that Zeitwerk gives files: {"edges": [[series, src, dst, sure], ...], "broken": [file, ...]}.
require 'json'
require 'zeitwerk'

ROOT = File.realpath(ARGV[0])
FILES = $stdin.read.split("\n")
OWN = Object.constants.map(&:to_s).to_set
FileFacts = Struct.new(:names, :required)
Name = Struct.new(:crefs, :path, :top)
Definition = Struct.new(:file, :real)

$defined = Hash.new { |all, name| all[name] = [] }
$above = Hash.new { |all, name| all[name] = [] } # by class: what it inherits from, as (crefs, path)

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

def walk(node, crefs, facts, file)
  return unless node.is_a?(RubyVM::AbstractSyntaxTree::Node)

  case node.type
  when :CLASS, :MODULE
    path = path_of(node.children[0])
    if path
      full = path[0] == '' ? path.drop(1).join('::') : [*crefs.last, *path].join('::')
      body = node.children.last
      $defined[full] << Definition.new(file, node.type == :CLASS || filled?(body))
      into = path[0..-2].reject(&:empty?)
      facts.names << Name.new(crefs, into, path[0] == '') if into.any?
      if node.type == :CLASS && node.children[1]
        walk(node.children[1], crefs, facts, file)
        above = path_of(node.children[1])
        $above[full] << Name.new(crefs, above.reject(&:empty?), above[0] == '') if above
      end
      walk(body, crefs + [full], facts, file)
      return
    end
  when :CDECL
    target, value = node.children
    name = target.is_a?(Symbol) ? [target.to_s] : path_of(target)
    if name && !target.nil?
      full = [*crefs.last, *name.reject(&:empty?)].join('::')
      $defined[full] << Definition.new(file, true)
    end
    node.children.drop(1).each { |child| walk(child, crefs, facts, file) }
    return
  when :CONST, :COLON2, :COLON3
    path = path_of(node)
    if path
      facts.names << Name.new(crefs, path.reject(&:empty?), path[0] == '')
      return
    end
  when :FCALL
    word, given = node.children
    first = given&.children&.first
    if %i[require require_relative load autoload].include?(word) && given
      path = text_of(word == :autoload ? given.children[1] : first, file)
      facts.required << [word, path] if path
    elsif %i[include extend prepend].include?(word) && crefs.any? && given
      given.children.each do |one|
        path = one.is_a?(RubyVM::AbstractSyntaxTree::Node) && path_of(one)
        $above[crefs.last] << Name.new(crefs, path.reject(&:empty?), path[0] == '') if path && word == :include
      end
    end
  end
  node.children.each { |child| walk(child, crefs, facts, file) }
end

# The text that an expression stands for, where it can be told without running it.
def text_of(node, file)
  return unless node.is_a?(RubyVM::AbstractSyntaxTree::Node)
  return node.children[0].then { |said| said == '(here)' ? "/#{file}" : said } if node.type == :STR
  return File.dirname("/#{file}") if %i[VCALL FCALL].include?(node.type) && node.children[0] == :__dir__
  return unless %i[CALL OPCALL].include?(node.type)

  receiver, method, given = node.children
  parts = (given&.children || []).compact.map { |one| text_of(one, file) }
  return if parts.empty? || parts.any?(&:nil?)

  if receiver.type == :CONST && receiver.children[0] == :File
    case method
    when :expand_path then File.expand_path(parts[0], parts[1] || '/')
    when :dirname then File.dirname(parts[0])
    when :join then File.expand_path(File.join(*parts))
    end
  elsif method == :+
    before = text_of(receiver, file)
    before && before + parts[0]
  end
end

# Whether a module holds anything but classes and modules.
def filled?(scope)
  body = scope&.children&.last
  parts = body&.type == :BLOCK ? body.children : [body].compact
  parts.any? { |one| one.is_a?(RubyVM::AbstractSyntaxTree::Node) && !%i[CLASS MODULE BEGIN].include?(one.type) }
end

$found = {}

def find(name)
  return $found[name] if $found.key?(name)

  $found[name] = nil # whoever inherits from itself finds nothing more
  $found[name] = look_up(name)
end

def look_up(name)
  head, *rest = name.path
  inner = nil
  unless name.top
    inner = name.crefs.reverse.find { |cref| $defined.key?("#{cref}::#{head}") }
    inner = inner && "#{inner}::#{head}"
    inner ||= inherited(name.crefs.last, head) if name.crefs.any?
  end
  inner ||= head if !OWN.include?(head) && $defined.key?(head)
  rest.each do |part|
    return unless inner

    inner = $defined.key?("#{inner}::#{part}") ? "#{inner}::#{part}" : inherited(inner, part)
  end
  inner
end

# The name under which an ancestor of a module has a constant.
def inherited(owner, head)
  seen = [owner]
  seen.each do |one|
    return if seen.size > 60
    return "#{one}::#{head}" if one != owner && $defined.key?("#{one}::#{head}")

    seen.concat($above[one].filter_map { |above| find(above) } - seen) if $above.key?(one)
  end
  nil
end

code = FILES.reject { |file| file.end_with?('.gemspec') }
facts = {}
broken = []
$stderr = File.open(File::NULL, 'w')
code.each do |file|
  one = facts[file] = FileFacts.new([], [])
  begin
    walk(RubyVM::AbstractSyntaxTree.parse(File.read("#{ROOT}/#{file}", encoding: 'UTF-8').gsub(/\b__FILE__\b/, "'(here)'")), [], one, file)
  rescue SyntaxError, ArgumentError, EncodingError
    broken << file
    facts.delete(file)
  end
end

inflector = Zeitwerk::Inflector.new
libs = (FILES.select { |file| file.end_with?('.gemspec') }.map { |file| File.dirname(file) } + ['.']).map do |folder|
  folder == '.' ? 'lib' : "#{folder}/lib"
end
roots = libs + code.filter_map { |file| file[%r{\A(?:.*?/)?app/[^/]+(?:/concerns(?=/))?}] }
roots = roots.uniq.sort_by { |root| -root.size }
$called = {}
code.each do |file|
  root = roots.find { |one| file.start_with?("#{one}/") } or next
  parts = file.delete_prefix("#{root}/").delete_suffix('.rb').split('/')
  $called[file] = parts.map { |part| inflector.camelize(part, file) }.join('::').downcase
end

def places(full)
  known = $defined[full].uniq(&:file) + []
  named = known.select { |one| $called[one.file] == full.downcase }
  return named.map(&:file) if named.size == 1

  real = $defined[full].select(&:real).map(&:file).uniq
  real.empty? ? known.map(&:file) : real
end

edges = {}
note = lambda do |series, src, found|
  next if found.include?(src)

  found.each { |dst| edges[[series, src, dst]] = found.size == 1 }
end
listed = facts.keys.to_set
facts.each do |file, one|
  one.names.each do |name|
    full = find(name) or next
    next if $defined[full].any? { |here| here.file == file && here.real }

    %w[import reference].each { |series| note.call(series, file, places(full)) }
  end
  own = libs.map { |lib| File.dirname(lib) }.select { |gem| gem == '.' || file.start_with?("#{gem}/") }.max_by(&:size)
  one.required.each do |word, path|
    bases = if path.start_with?("/")
              ['.']
            elsif word == :require_relative
              [File.dirname(file)]
            else
              [*%w[lib test spec].map { |folder| own == '.' ? folder : "#{own}/#{folder}" }, *libs, '.', 'test', 'spec']
            end
    found = bases.lazy.flat_map { |base| ["#{base}/#{path}.rb", "#{base}/#{path}"] }
                 .map { |where| File.expand_path(where, ROOT).delete_prefix("#{ROOT}/") }.find { |where| listed.include?(where) }
    note.call('import', file, [found]) if found
  end
end
puts JSON.generate('edges' => edges.map { |edge, sure| [*edge, sure] }, 'broken' => broken)
