"""Ruby: `.rb` and what is called like it. A constant is looked for from the inside out, in whatever file defines it."""

from __future__ import annotations

import re
from pathlib import Path

from plumbrule.languages import Language, Late

LANGUAGES = (
    Language(
        name="ruby",
        dialect="ruby",
        suffixes=(".rb", ".rake", ".gemspec", ".ru", ".thor", ".jbuilder", ".builder"),
        grammar=Late("tree_sitter_ruby:language"),
        extract=Late("plumbrule.languages.ruby.facts:extract"),
        resolver=Late("plumbrule.languages.ruby.resolver:RubyResolver"),
        manifests=("Gemfile", "Gemfile.lock"),
        folder=Path(__file__).parent,
        standard=re.compile(r"ruby").fullmatch,  # what it comes with, by whatever name
        names=("Rakefile", "Gemfile", "Guardfile", "Capfile", "Thorfile", "Vagrantfile", "Podfile", "Fastfile"),
        needs=r"Gemfile|Gemfile\.lock|.*\.gemspec",
        generated=("*_pb.rb",),  # by protoc and its plugin for services
        tests=("*_test", "test_*", "*_spec", "spec_helper", "test_helper", "rails_helper", "*_steps"),
        declares=Late("plumbrule.languages.ruby.resolver:declares"),
    ),
)
