; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it. javascript/facts.scm is this file without types.

(import_statement) @import
(import_alias) @import_alias
(export_statement) @export
(ambient_declaration) @ambient

[
  (function_declaration) (generator_function_declaration) (function_expression) (generator_function) (arrow_function)
] @function
(class_body (method_definition) @method)
(object (method_definition) @function)
[(function_signature) (abstract_method_signature)] @signature
(class_body (method_signature) @signature)
[(class_declaration) (abstract_class_declaration) (class)] @class
(public_field_definition) @field
(interface_declaration) @interface
(interface_body [(property_signature) (method_signature)] @member)
(type_alias_declaration) @alias
(type_alias_declaration value: (object_type [(property_signature) (method_signature)] @member))
(enum_declaration) @enum
[(internal_module) (module)] @namespace
[(lexical_declaration) (variable_declaration)] @variables
(expression_statement (assignment_expression left: (member_expression)) @assignment)

(call_expression function: [(identifier) (member_expression)] @call)
(call_expression function: (import) @dynamic)
(call_expression function: [(parenthesized_expression) (function_expression)] @immediate)
(new_expression constructor: [(identifier) (member_expression)] @call)
(decorator) @decorator
(extends_clause value: (_) @inherit)
(extends_type_clause type: (_) @inherit)
(implements_clause (_) @inherit)
[(type_identifier) (nested_type_identifier)] @type
(type_query [(identifier) (member_expression)] @type)
(type_parameter name: (type_identifier) @generic)

(if_statement) @if
(else_clause) @else
[(for_statement) (for_in_statement) (while_statement) (do_statement)] @loop
(switch_statement) @switch
(switch_case) @case
(try_statement) @try
(catch_clause) @catch
(ternary_expression) @ternary
(binary_expression operator: ["&&" "||" "??"]) @boolean
(augmented_assignment_expression operator: ["&&=" "||=" "??="]) @assigning
(break_statement label: (_) @jump)
(continue_statement label: (_) @jump)
(throw_statement) @throw
[
  (expression_statement) (return_statement) (break_statement) (continue_statement) (debugger_statement)
  (with_statement)
] @statement

(string) @string
(template_string) @template
(template_string (string_fragment) @fragment)
(regex) @regex
[(comment) (html_comment) (hash_bang_line)] @comment
(ERROR) @error
