; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

(package_declaration) @package
(import_declaration) @import

[(class_declaration) (record_declaration)] @class
[(interface_declaration) (annotation_type_declaration)] @interface
(enum_declaration) @enum
(enum_constant) @enum_constant
[(method_declaration) (annotation_type_element_declaration)] @method
[(constructor_declaration) (compact_constructor_declaration)] @constructor
[(field_declaration) (constant_declaration)] @field
(object_creation_expression (class_body) @anonymous)
(enum_constant body: (class_body) @anonymous)
[(uses_module_directive) (provides_module_directive)] @service

(method_invocation) @invocation
(object_creation_expression) @creation
(field_access) @access
(method_reference) @method_reference
[(annotation) (marker_annotation)] @annotation
(type_identifier) @type
(scoped_type_identifier) @scoped_type
(record_pattern) @record_pattern

(if_statement) @if
[(for_statement) (enhanced_for_statement) (while_statement) (do_statement)] @loop
(switch_expression) @switch
(switch_label) @label
(ternary_expression) @ternary
(catch_clause) @catch
(try_statement) @statement
(try_with_resources_statement) @statement
(lambda_expression) @lambda
(binary_expression) @boolean
[(break_statement) (continue_statement)] @jump
(throw_statement) @throw
[
  (expression_statement) (local_variable_declaration) (return_statement) (assert_statement) (yield_statement)
  (explicit_constructor_invocation) (synchronized_statement)
] @statement

[(string_literal) (character_literal)] @string
[(line_comment) (block_comment)] @comment
(ERROR) @error
