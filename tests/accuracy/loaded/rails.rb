# The gems of Rails: GROUP `lib`, what they are; GROUP a gem, its tests. Tests of several gems do not go together.
GEMS = FILES.grep(%r{/lib/}).map { |file| file[%r{\A[^/]+}] }.uniq - %w[tools guides]
OWN = "#{GROUP}/test/"
WANTED = FILES.select do |file|
  next false if file.include?('/templates/')
  GROUP == 'lib' ? GEMS.any? { |gem| file.start_with?("#{gem}/lib/", "#{gem}/app/") } : file.start_with?(OWN)
end
$LOAD_PATH.unshift(*["#{GROUP}/test", *GEMS.map { |gem| "#{gem}/lib" }].map { |path| "#{ROOT}/#{path}" })

require 'bundler'
module Bundler
  def self.require(*) end
  def self.setup(*) end
end
$LOADED_FEATURES << 'bundler/setup.rb'
ENV['RAILS_ENV'] = 'test' if GROUP == 'lib'
require 'minitest'
def Minitest.autorun; end
require 'logger'
require 'active_support'
require 'active_support/rails'
require 'rails/all'
# Before the helpers ask it whether a database has its tables.
attempt('rails/test_help') { require 'rails/test_help' }
attempt('selenium') { require 'selenium/webdriver' }

require 'rails/generators'
require 'rails/generators/test_case'
if GROUP == 'lib'
  home = Dir.mktmpdir
  File.write("#{home}/database.yml", "test:\n  adapter: sqlite3\n  database: ':memory:'\n")
  class Whole < Rails::Application
  end
  Whole.configure do
    config.root = home
    config.eager_load = true
    config.secret_key_base = 'x' * 40
    config.active_storage.service = :local
    config.active_storage.service_configurations = { 'local' => { 'service' => 'Disk', 'root' => home } }
    config.load_defaults 6.1
    config.logger = Logger.new(nil)
    config.paths['config/database'] = "#{home}/database.yml"
  end
  Whole.initialize!
  [ActionCable, ActionController, ActionDispatch, ActionMailbox, ActionMailer, ActionText, ActionView, ActiveJob, ActiveModel,
   ActiveRecord, ActiveStorage, ActiveSupport, Rails].each { |mod| mod.eager_load! if mod.respond_to?(:eager_load!) }
  load_each(WANTED.grep(%r{/lib/.*\.rb\z}))
else
  Dir.chdir("#{ROOT}/#{GROUP}")
  helpers = { 'activerecord' => 'cases/helper', 'activemodel' => 'cases/helper', 'activejob' => 'helper' }
  helpers.default = 'abstract_unit'
  %w[actioncable actionmailbox actiontext activestorage].each { |gem| helpers[gem] = 'test_helper' }
  if GROUP == 'railties'
    # All but its end, which makes an application with tools that are not at hand.
    file = "#{ROOT}/railties/test/isolation/abstract_unit.rb"
    eval(File.read(file).partition('# Create a scope and build')[0], TOPLEVEL_BINDING, file, 1)
    $LOADED_FEATURES << file
  end
  attempt(helpers[GROUP]) { require helpers[GROUP] }
  tests, rest = WANTED.grep(/\.rb\z/).reject { |file| file.match?(%r{/(?:fixtures|autoloading_fixtures|migrations|dummy)/}) }
                      .partition { |file| file.end_with?('_test.rb') }
  load_each(tests + rest)
end
