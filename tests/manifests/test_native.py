"""Swift, C and C++: examples as in the documentation of SwiftPM, Conan, vcpkg and CMake."""

from __future__ import annotations

from collections.abc import Callable


def test_package_swift(told: Callable):
    assert told(
        "Package.swift",
        """\
        // swift-tools-version:5.5
        import PackageDescription

        let package = Package(
            name: "DeckOfPlayingCards",
            products: [.library(name: "DeckOfPlayingCards", targets: ["DeckOfPlayingCards"])],
            dependencies: [
                .package(url: "https://github.com/apple/example-package-fisheryates.git", from: "2.0.0"),
                .package(url: "https://github.com/apple/example-playingcard.git", .upToNextMinor(from: "3.0.0")),
                .package(name: "Old", url: "git@github.com:u/Old-Name.git", .exact("1.2.3")),
                .package(url: "https://github.com/u/branchy", branch: "main"),
                .package(url: "https://github.com/u/ranged", "1.0.0"..<"2.0.0"),
                .package(path: "../Core"),
                // .package(url: "https://github.com/u/no", from: "1.0.0"),
            ],
            targets: [.target(name: "DeckOfPlayingCards", dependencies: [.product(name: "X", package: "y")])]
        )
        """,
    ) == [
        "makes deckofplayingcards",
        "8 example-package-fisheryates from 2.0.0 runtime",
        "9 example-playingcard upToNextMinor from 3.0.0 runtime",
        "10 old-name exact 1.2.3 runtime",
        "11 branchy branch main runtime",
        "12 ranged 1.0.0..<2.0.0 runtime",
        "13 core ../Core runtime inside",
    ]


def test_package_resolved_of_every_version(told: Callable):
    assert told(
        "Package.resolved",
        """\
        {
          "pins" : [
            {
              "identity" : "swift-nio",
              "kind" : "remoteSourceControl",
              "location" : "https://github.com/apple/swift-nio.git",
              "state" : {"revision" : "e855", "version" : "2.62.0"}
            },
            {
              "identity" : "branchy",
              "location" : "https://github.com/u/branchy",
              "state" : {"branch" : "main", "revision" : "ab12"}
            }
          ],
          "version" : 2
        }
        """,
    ) == ["4 swift-nio =2.62.0", "10 branchy =ab12"]
    assert told(
        "Package.resolved",
        """\
        {
          "object": {
            "pins": [
              {
                "package": "swift-log",
                "repositoryURL": "https://github.com/apple/swift-log.git",
                "state": {"branch": null, "revision": "32e8", "version": "1.4.4"}
              }
            ]
          },
          "version": 1
        }
        """,
    ) == ["6 swift-log =1.4.4"]


def test_conanfile_txt(told: Callable):
    assert told(
        "conanfile.txt",
        """\
        [requires]
        poco/1.9.4
        zlib/[>1.2 <1.3] # range
        mylib/1.0@user/channel#rev

        [tool_requires]
        cmake/3.22.6

        [test_requires]
        gtest/1.14.0

        [generators]
        CMakeDeps
        """,
    ) == [
        "2 poco 1.9.4 runtime",
        "3 zlib [>1.2 <1.3] runtime",
        "4 mylib 1.0 runtime",
        "7 cmake 3.22.6 build",
        "10 gtest 1.14.0 test",
    ]


def test_conanfile_py(told: Callable):
    assert told(
        "conanfile.py",
        """\
        from conan import ConanFile

        class Pkg(ConanFile):
            name = "hello"
            version = "1.0"
            requires = "zlib/1.2.11", "fmt/[^9]"
            tool_requires = "cmake/3.22.6"

            def requirements(self):
                self.requires("openssl/3.2.0", transitive_headers=True)

            def build_requirements(self):
                self.test_requires("gtest/1.14.0")
        """,
    ) == [
        "makes hello 1.0",
        "6 fmt [^9] runtime",
        "6 zlib 1.2.11 runtime",
        "7 cmake 3.22.6 build",
        "10 openssl 3.2.0 runtime",
        "13 gtest 1.14.0 test",
    ]


def test_vcpkg_json(told: Callable):
    assert told(
        "vcpkg.json",
        """\
        {
          "name": "my-application",
          "version-string": "0.15.2",
          "dependencies": [
            "boost-system",
            {"name": "cpprestsdk", "default-features": false, "version>=": "2.10.18#1"},
            {"name": "vcpkg-cmake", "host": true}
          ],
          "overrides": [{"name": "zlib", "version": "1.2.11"}],
          "features": {"tls": {"description": "TLS", "dependencies": ["openssl"]}}
        }
        """,
    ) == [
        "makes my-application 0.15.2",
        "5 boost-system runtime",
        "6 cpprestsdk >=2.10.18#1 runtime",
        "7 vcpkg-cmake build",
        "9 zlib 1.2.11 managed",
        "10 openssl optional",
    ]


def test_what_cmake_fetches_and_finds(told: Callable):
    assert told(
        "CMakeLists.txt",
        """\
        cmake_minimum_required(VERSION 3.24)
        project(shop VERSION 1.2 LANGUAGES CXX)
        include(FetchContent)
        # find_package(No)
        find_package(Boost 1.74 REQUIRED COMPONENTS filesystem)
        find_package(Threads)
        FetchContent_Declare(
          googletest
          GIT_REPOSITORY https://github.com/google/googletest.git
          GIT_TAG        703bd9caab50b139428cea1aaff9974ebee5742e # release-1.10.0
        )
        FetchContent_Declare(json URL https://example.org/json-3.11.tar.xz)
        """,
    ) == [
        "makes shop 1.2",
        "5 boost 1.74 runtime",
        "6 threads runtime",
        "7 googletest 703bd9caab50b139428cea1aaff9974ebee5742e runtime",
        "12 json https://example.org/json-3.11.tar.xz runtime",
    ]
