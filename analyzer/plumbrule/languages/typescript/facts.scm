; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py, modules.py or extract/sweep.py) or the flow that takes it. No pattern waits inside a node for
; a child without a field: every open one would be visited at every node below, and hostile depth would cost its square. javascript/facts.scm is this file without types.

(import_statement) @import
(import_alias) @import_alias
(export_statement) @export
(ambient_declaration) @ambient

[
  (function_declaration) (generator_function_declaration) (function_expression) (generator_function) (arrow_function)
] @function
(method_definition) @method
[(function_signature) (method_signature) (abstract_method_signature)] @signature
(property_signature) @property
[(class_declaration) (abstract_class_declaration) (class)] @class
(public_field_definition) @field
(interface_declaration) @interface
(type_alias_declaration) @alias
(enum_declaration) @enum
[(internal_module) (module)] @namespace
[(lexical_declaration) (variable_declaration)] @variables
(assignment_expression left: (member_expression)) @assignment

(call_expression function: [(identifier) (member_expression)] @call)
(call_expression function: (import) @dynamic)
(call_expression function: [(parenthesized_expression) (function_expression) (non_null_expression)] @immediate)
(new_expression constructor: [(identifier) (member_expression)] @call)
(decorator) @decorator
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
[(assignment_pattern) (object_assignment_pattern)] @default
(required_parameter value: (_) @default)
(optional_parameter value: (_) @default)
(binary_expression) @boolean
(augmented_assignment_expression) @assigning
(break_statement label: (_) @jump)
(continue_statement label: (_) @jump)
(throw_statement) @throw
[
  (expression_statement) (return_statement) (break_statement) (continue_statement) (debugger_statement)
  (with_statement)
] @statement

(string) @string
(template_string) @template
(regex) @regex
[(comment) (html_comment) (hash_bang_line)] @comment
(ERROR) @error
