# Redmine in its environment `test`, with a database in memory; the gems that it names are loaded as far as they are there.
WANTED = FILES
$LOAD_PATH.unshift("#{ROOT}/lib", "#{ROOT}/test")
ENV['RAILS_ENV'] = 'test'

require 'bundler'
module Bundler
  def self.require(*) end
  def self.setup(*) end
end
$LOADED_FEATURES << 'bundler/setup.rb'
require 'minitest'
def Minitest.autorun; end

%w[
  logger rails active_support/all rouge request_store mini_mime action_pack/xml_parser roadie-rails marcel mail csv nokogiri i18n
  rbpdf addressable/uri zip net/smtp net/imap net/pop rotp rqrcode net/ldap mini_magick redcarpet html/pipeline commonmarker
  sanitize task_list capybara selenium/webdriver rack/test rails-dom-testing mocha sqlite3 rails/observers/railtie
  actionpack/action_caching
].each { |gem| attempt(gem) { require gem } }

Dir.chdir(ROOT)
require "#{ROOT}/config/application"
database = "#{Dir.mktmpdir}/database.yml"
File.write(database, "test:\n  adapter: sqlite3\n  database: ':memory:'\n")
Rails.application.config.paths['config/database'] = database
Rails.application.config.eager_load = true
Rails.application.config.secret_key_base = 'x' * 40
require "#{ROOT}/config/environment"
ActiveRecord::Base.maintain_test_schema = false
Rails.application.eager_load!
ActiveRecord::Migration.verbose = false
attempt('migrations') { ActiveRecord::MigrationContext.new("#{ROOT}/db/migrate", ActiveRecord::SchemaMigration).migrate }

scripts = %w[extra/svn/ extra/mail_handler/ test/fixtures/ lib/generators/redmine_plugin_model/templates/]
load_each(FILES.select { |file| file.end_with?('.rb') && file.start_with?('test/', 'lib/', 'app/', 'extra/', 'db/') && !file.start_with?(*scripts) })
require 'rake'
include Rake::DSL
tasks = FILES.select { |file| file.end_with?('.rake') }
tasks.each { |file| attempt(file) { load "#{ROOT}/#{file}" } }
counts_as_loaded(tasks + FILES.grep(%r{\A(config/|lib/plugins/.*/init\.rb)}))
