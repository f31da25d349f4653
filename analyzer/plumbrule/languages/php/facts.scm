; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

(namespace_definition) @namespace
(namespace_use_declaration) @import

[(class_declaration) (interface_declaration) (trait_declaration) (enum_declaration)] @class
(anonymous_class) @anonymous
[(function_definition) (method_declaration)] @function
[(anonymous_function) (arrow_function)] @closure
(use_declaration) @traits
(property_declaration) @property
(const_declaration) @constants
(enum_case) @case_of_enum
(attribute) @attribute

(named_type [(name) (qualified_name) (relative_name)] @type)
(function_call_expression) @called
(object_creation_expression . [(name) (qualified_name) (relative_name) (relative_scope)] @made)
(scoped_call_expression) @scoped_call
(class_constant_access_expression) @member
(scoped_property_access_expression) @member
(member_call_expression) @own_call
(nullsafe_member_call_expression) @own_call
(binary_expression) @binary
[(include_expression) (include_once_expression) (require_expression) (require_once_expression)] @include

(if_statement) @if
(else_if_clause) @elseif
(else_clause) @else
[(for_statement) (foreach_statement) (while_statement) (do_statement)] @loop
(switch_statement) @switch
(match_expression) @match
(case_statement) @case
(conditional_expression) @conditional
(catch_clause) @catch
(throw_expression) @throw
(goto_statement) @goto
[(break_statement (integer)) (continue_statement (integer))] @jump
[(break_statement) (continue_statement)] @statement
[
  (expression_statement) (return_statement) (echo_statement) (unset_statement) (global_declaration)
  (function_static_declaration) (exit_statement) (try_statement)
] @statement

[(string) (encapsed_string) (heredoc) (nowdoc) (shell_command_expression)] @string
[(comment) (text) (php_tag) (php_end_tag)] @comment
(ERROR) @error
