; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

(package_clause) @package
(package_object) @package_object
(import_declaration) @import
(export_declaration) @export

(class_definition) @class
(trait_definition) @trait
(object_definition) @object
(enum_definition) @enum
[(simple_enum_case) (full_enum_case)] @enum_case
(given_definition) @given
(extension_definition) @extension
(annotation) @annotation
["using" "extension" "derives" "as"] @soft
[(inline_modifier) (opaque_modifier) (open_modifier) (transparent_modifier) (infix_modifier) (end_marker)] @soft
(self_type) @self_type
[(function_definition) (function_declaration)] @function
[(val_definition) (val_declaration) (var_definition) (var_declaration)] @value
(type_definition) @alias
(lambda_expression) @lambda
(instance_expression) @instance
[(structural_type) (refinement)] @unnamed_body

(call_expression) @invocation
[(type_identifier) (stable_type_identifier)] @type
(singleton_type) @singleton
(projected_type) @projected
(case_class_pattern) @extractor
(infix_expression) @infix
(postfix_expression) @postfix
(assignment_expression) @assignment

[(block) (indented_block)] @block
(block (_) @line)
(indented_block (_) @line)
(case_clause body: (_) @line)
(if_expression) @if
[(while_expression) (do_while_expression)] @loop
(for_expression) @for
(enumerator) @enumerator
(match_expression) @match
(case_clause) @case
(guard) @guard
(catch_clause) @catch
(throw_expression) @throw

(interpolated_string_expression) @interpolation
(interpolated_string) @text
[(string) (character_literal)] @string
(xml_text) @string
[(comment) (block_comment) (using_directive)] @comment
(ERROR) @error
