"""CocoaPods and Carthage: examples as in their documentation and as projects write them."""

from __future__ import annotations

from collections.abc import Callable


def test_podfile(told: Callable):
    assert told(
        "Podfile",
        """\
        source 'https://github.com/CocoaPods/Specs.git'
        platform :ios, '15.0'
        plugin 'cocoapods-keys', {:keys => ["Secret"]}
        pod 'Everywhere', :head
        target 'App' do
          project 'App.xcodeproj'
          use_frameworks!
          pod 'AFNetworking', '~> 4.0' # comment
          # pod 'No'
          pod "Ranged", '>= 1.0', '< 2'
          pod 'Firebase/Core'
          pod 'Parts', :subspecs => ['A', 'B']
          pod 'Own', :path => './Own'
          pod 'React', :path => '../node_modules/react-native'
          pod 'Mantle', git: 'https://github.com/u/Mantle.git',
                        :tag => '2.0'
          pod 'Debugging', '1.0', :configurations => ['Debug']
          pod 'Asked', '2.0' if ENV['CI']
          target 'AppTests' do
            inherit! :search_paths
            pod 'OCMock', '~> 3.4'
          end
        end
        post_install do |installer|
          installer.pods_project.targets.each do |target|
            puts target.name
          end
        end
        abstract_target 'Checks_Tests_iOS' do
          pod('Nimble', '~> 7')
        end
        """,
    ) == [
        "4 Everywhere head runtime",
        "8 AFNetworking ~> 4.0 runtime",
        "10 Ranged >= 1.0, < 2 runtime",
        "11 Firebase runtime",
        "12 Parts runtime",
        "13 Own ./Own runtime inside",
        "14 React ../node_modules/react-native runtime",
        "15 Mantle https://github.com/u/Mantle.git runtime",
        "17 Debugging 1.0 development",
        "18 Asked 2.0 runtime",
        "21 OCMock ~> 3.4 test",
        "30 Nimble ~> 7 test",
    ]


def test_pods_of_a_function_are_for_tests_where_all_that_calls_it_is(told: Callable):
    assert told(
        "Podfile",
        """\
        def shared
          pod 'Both'
        end
        def of_tests
          further
        end
        def further
          pod 'Checking'
        end
        target 'App' do
          shared
          target 'AppUITests' do
            shared
            of_tests
          end
        end
        """,
    ) == ["2 Both runtime", "8 Checking test"]


def test_what_a_podfile_only_makes_when_it_is_run_is_told(told: Callable):
    assert told(
        "Podfile",
        """\
        version = '1.2'
        other = '1'
        other = '2' if ENV['X']
        def pod_of(name)
          pod name, :path => "../#{name}"
        end
        target 'App' do
          pod 'Known', version
          pod "Filled-#{version}", "~> #{version}"
          pod "Open-#{ENV['X']}"
          pod 'Versioned', other
          pod_of 'A'
          config = use_native_modules!
          use_react_native!(:path => config[:path])
          %w[a b].each do |name|
            pod name
          end
        end
        """,
    ) == [
        "8 Known 1.2 runtime",
        "9 Filled-1.2 ~> 1.2 runtime",
        "11 Versioned runtime",
        "but: line 5: the name of a pod is said nowhere, or only when it is run, and 5 more like it",
    ]
    assert told("Podfile", "target 'A' do\n  flutter_install_all_ios_pods File.dirname(__FILE__)\nend\n") == [
        "but: line 2: what 'flutter_install_all_ios_pods' adds is said nowhere, or only when it is run"
    ]


def test_what_installs_nothing_is_not_told(told: Callable):
    assert (
        told(
            "Podfile",
            """\
            require_relative '../pods'
            install! 'cocoapods', :deterministic_uuids => false
            target 'App' do
              inhibit_all_warnings!
              script_phase :name => 'x', :script => 'y'
              path = '../x'
              if ENV['A'] != 'b'
                puts 'c'
              end
              podspec :path => 'App.podspec'
              post_install do |installer|
                mend installer
              end
            end
            def mend(installer)
              system 'x'
            end
            """,
        )
        == []
    )


def test_podfile_in_comments_and_texts(told: Callable):
    assert told("Podfile", "=begin\npod 'No'\n=end\npod 'Yes'\nputs <<~EOS\n  pod 'No'\nEOS\n__END__\npod 'No'\n") == [
        "4 Yes runtime"
    ]


def test_podfile_lock(told: Callable):
    assert told(
        "Podfile.lock",
        """\
        PODS:
          - Alamofire (4.7.3)
          - "Tools/NSString+URL (2.2.0)":
            - Tools/Defines (= 2.2.0)
          - Tools/Defines (2.2.0)
          - Own (1.0):
            - Alamofire
          - React (0.5)
          - Forked (0.2.3)

        DEPENDENCIES:
          - Alamofire (~> 4.7)
          - Own (from `./Own`)
          - React (from `../node_modules/react-native`)
          - Forked (from `https://github.com/u/Forked.git`, tag `0.2.3`)

        SPEC REPOS:
          trunk:
            - Alamofire

        EXTERNAL SOURCES:
          Own:
            :path: "./Own"
          React:
            :path: "../node_modules/react-native"

        SPEC CHECKSUMS:
          Alamofire: c7287b6e5d7da964a70935e5db17046b7fde6568

        COCOAPODS: 1.5.3
        """,
    ) == [
        "2 Alamofire ~> 4.7 =4.7.3",
        "3 Tools =2.2.0",
        "6 Own ./Own =1.0 inside",
        "8 React ../node_modules/react-native =0.5",
        "9 Forked https://github.com/u/Forked.git =0.2.3",
    ]
    assert told("Podfile.lock", "nothing of it\n") == ["but: has no section PODS"]
    assert told("Podfile.lock", "PODFILE CHECKSUM: ab\n\nCOCOAPODS: 1.5.3\n") == []


def test_a_podspec(told: Callable):
    assert told(
        "Moya.podspec",
        """\
        require "json"
        package = JSON.parse(File.read("package.json"))
        Pod::Spec.new do |s|
          s.name         = "Moya"
          s.version      = "4.1.0"
          s.description  = <<-EOS
            It's no dependency "Of" s.name = "Other"
          EOS
          s.default_subspec = "Core"
          s.subspec "Core" do |ss|
            ss.dependency "Alamofire/Core", "~> 3.0"
            ss.ios.dependency 'OnPhones', ['>= 1', '< 2']
          end
          s.subspec "RxSwift" do |ss|
            ss.dependency "Moya/Core"
            ss.dependency "#{s.name}/Core"
            ss.dependency "RxSwift", "~> #{s.version}"
          end
          s.test_spec 'Tests' do |t|
            t.dependency('Quick')
          end
          s.dependency "Twin", s.version.to_s
        end
        """,
    ) == [
        "makes Moya 4.1.0",
        "11 Alamofire ~> 3.0 runtime",
        "12 OnPhones >= 1, < 2 runtime",
        "17 RxSwift ~> 4.1.0 runtime",
        "20 Quick test",
        "22 Twin 4.1.0 runtime",
    ]


def test_what_a_podspec_only_makes_when_it_is_run_is_told(told: Callable):
    assert told(
        "RNThing.podspec",
        """\
        package = JSON.parse(File.read("package.json"))
        Pod::Spec.new do |s|
          s.name    = package["name"]
          s.version = package["version"]
          s.dependency "React-Core"
          s.dependency "#{s.name}/Core"
          s.dependency "Thing-#{suffix}"
          add_dependency(s, "React-utils")
          install_modules_dependencies(s)
        end
        """,
    ) == [
        "5 React-Core runtime",
        "but: line 3: the name of the pod is said nowhere, or only when it is run, and 3 more like it",
    ]


def test_a_podspec_as_json(told: Callable):
    assert told(
        "Thing.podspec.json",
        """\
        {
          "name": "Thing",
          "version": "1.0",
          "dependencies": {
            "Alamofire/Core": ["~> 4.0"],
            "Any": []
          },
          "ios": {"dependencies": {"OnPhones": "1.0"}},
          "subspecs": [{"name": "Part", "dependencies": {"Thing/Other": [], "Inner": [">= 1", "< 2"]}}],
          "testspecs": [{"name": "Tests", "dependencies": {"Quick": []}}]
        }
        """,
    ) == [
        "makes Thing 1.0",
        "5 Alamofire ~> 4.0 runtime",
        "6 Any runtime",
        "8 OnPhones 1.0 runtime",
        "9 Inner >= 1, < 2 runtime",
        "10 Quick test",
    ]


def test_cartfile(told: Callable):
    text = """\
        # What it is made of
        github "ReactiveCocoa/ReactiveCocoa" >= 2.3.1
        github "jspahrsummers/xcconfigs" # any version
        github "https://enterprise.local/ghe/desktop/Tools" == 0.4.1
        git "https://enterprise.local/desktop/Other.git" "branch#1"
        git "git@enterprise.local:Short.git"
        binary "https://my.domain.com/release/MyFramework.json" ~> 2.3
        """
    rows = [
        "2 reactivecocoa >= 2.3.1 {}",
        "3 xcconfigs {}",
        "4 tools == 0.4.1 {}",
        "5 other branch#1 {}",
        "6 short {}",
        "7 myframework ~> 2.3 {}",
    ]
    assert told("Cartfile", text) == [row.format("runtime") for row in rows]
    assert told("Cartfile.private", text) == [row.format("development") for row in rows]
    assert told("Cartfile", 'github "a/b"\ngithub c/d\nwhat\n') == [
        "1 b runtime",
        "but: line 2 is no dependency, and 1 more like it",
    ]


def test_cartfile_resolved(told: Callable):
    assert told("Cartfile.resolved", 'github "Alamofire/Alamofire" "5.6.4"\ngit "https://x.y/z.git" "ab12"\n') == [
        "1 alamofire =5.6.4",
        "2 z =ab12",
    ]


def test_a_specification_that_is_broken_off_is_read_as_far_as_it_is_one(told: Callable):
    assert told("A.podspec", "Pod::Spec. do |s|\n  s.name = 'a'\nend\n") == ["makes a"]
