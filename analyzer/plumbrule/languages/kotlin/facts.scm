; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

(file_annotation) @file_annotation
(package_header) @package
(import) @import

(class_declaration) @class
(object_declaration) @object
(companion_object) @companion
(object_literal) @unnamed
(object_literal (class_body) @unnamed_body)
(enum_entry) @enum_entry
(enum_entry (class_body) @unnamed_body)
(function_declaration) @function
(secondary_constructor) @constructor
(property_declaration) @property
(type_alias) @alias
(anonymous_function) @closure
(lambda_literal) @lambda
[(getter) (setter)] @accessor
(variable_declaration) @variable

(call_expression) @invocation
(constructor_invocation) @construction
(constructor_delegation_call) @delegation
(annotation) @annotation
(user_type) @user_type
(infix_expression) @infix

(block) @block
(block (_) @line)
(lambda_literal (_) @line)
(if_expression) @if
[(for_statement) (while_statement) (do_while_statement)] @loop
(when_expression) @when
(when_entry) @entry
(catch_block) @catch
(binary_expression) @boolean
(labeled_expression) @jump
(throw_expression) @throw

[(string_literal) (multiline_string_literal)] @text
(character_literal) @string
[(line_comment) (block_comment) (shebang)] @comment
(ERROR) @error
