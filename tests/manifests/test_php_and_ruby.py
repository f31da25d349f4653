"""PHP and Ruby: examples as in the documentation of Composer, Bundler and RubyGems."""

from __future__ import annotations

from collections.abc import Callable


def test_composer_json(told: Callable):
    assert told(
        "composer.json",
        """\
        {
            "name": "Acme/Blog",
            "version": "1.0",
            "require": {
                "php": "^8.1",
                "ext-mbstring": "*",
                "monolog/monolog": "2.0.*",
                "acme/foo": "1.0.x-dev#2eb0c09"
            },
            "require-dev": {"phpunit/phpunit": "^10"},
            "suggest": {"acme/bar": "for more"}
        }
        """,
    ) == [
        "makes acme/blog 1.0",
        "7 monolog/monolog 2.0.* runtime",
        "8 acme/foo 1.0.x-dev#2eb0c09 runtime",
        "10 phpunit/phpunit ^10 development",
    ]


def test_composer_lock(told: Callable):
    assert told(
        "composer.lock",
        """\
        {
            "content-hash": "ab",
            "packages": [
                {
                    "name": "monolog/monolog",
                    "version": "2.0.1",
                    "require": {"psr/log": "^1.0"}
                },
                {"name": "acme/local", "version": "dev-main", "dist": {"type": "path", "url": "../local"}}
            ],
            "packages-dev": [
                {"name": "phpunit/phpunit", "version": "10.0.0"}
            ],
            "platform": {"php": "^8.1"}
        }
        """,
    ) == [
        "5 monolog/monolog =2.0.1 runtime",
        "9 acme/local =dev-main runtime inside",
        "12 phpunit/phpunit =10.0.0 development",
    ]


def test_gemfile(told: Callable):
    assert told(
        "Gemfile",
        """\
        source "https://rubygems.org"
        ruby "3.3.0"
        gemspec
        gem "nokogiri"
        gem 'rails', '~> 7.1', ">= 7.1.2"
        gem "rspec", :group => :test
        gem "wirble", groups: [:development, :test]
        gem "extracted", path: "./vendor/extracted"
        gem "faraday", git: "https://github.com/lostisland/faraday.git", branch: "main" # comment
        # gem "no"
        group :test do
          gem "capybara", require: false
        end
        group :development, optional: true do
          platforms :ruby do
            gem "debug"
          end
          gem "web-console" if true
        end
        if ENV["X"]
          gem "conditional",
              "1.0"
        end
        path "components" do
          gem "cart"
        end
        """,
    ) == [
        "4 nokogiri runtime",
        "5 rails ~> 7.1, >= 7.1.2 runtime",
        "6 rspec test",
        "7 wirble development",
        "8 extracted ./vendor/extracted runtime inside",
        "9 faraday https://github.com/lostisland/faraday.git runtime",
        "12 capybara test",
        "16 debug development",
        "18 web-console development",
        "21 conditional 1.0 runtime",
        "25 cart runtime inside",
    ]


def test_gemfile_lock(told: Callable):
    assert told(
        "Gemfile.lock",
        """\
        GIT
          remote: https://github.com/lostisland/faraday.git
          revision: 4b2
          specs:
            faraday (2.0.0)

        PATH
          remote: .
          specs:
            own (0.1.0)

        GEM
          remote: https://rubygems.org/
          specs:
            nokogiri (1.16.0-x86_64-linux)
              racc (~> 1.4)
            racc (1.7.3)

        PLATFORMS
          ruby

        DEPENDENCIES
          nokogiri (~> 1.16)
          own!

        BUNDLED WITH
           2.5.4
        """,
    ) == ["5 faraday =2.0.0", "10 own =0.1.0 inside", "15 nokogiri =1.16.0-x86_64-linux", "17 racc =1.7.3"]


def test_a_gemspec(told: Callable):
    assert told(
        "example.gemspec",
        """\
        require_relative "lib/example/version"
        Gem::Specification.new do |spec|
          spec.name        = 'example'
          spec.version     = Example::VERSION
          spec.add_runtime_dependency 'activesupport', '>= 5', '< 8'
          spec.add_dependency("rack", [">= 1.0", "< 4"])
          spec.add_development_dependency %q<rake>, "~> 13"
        end
        """,
    ) == [
        "makes example",
        "5 activesupport >= 5, < 8 runtime",
        "6 rack >= 1.0, < 4 runtime",
        "7 rake ~> 13 development",
    ]
    assert told("e.gemspec", 'Gem::Specification.new("e", "1.2") do |s|\ns.version = "1.3"\nend\n') == ["makes e 1.3"]


def test_the_condition_behind_a_gem_is_no_version(told: Callable):
    assert told("Gemfile", 'gem "a", "~> 1" if ENV["CI"]\ngem("b") unless ENV["X"]\n') == [
        "1 a ~> 1 runtime",
        "2 b runtime",
    ]
