; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

(import_declaration) @import

(class_declaration) @definition
(protocol_declaration) @protocol
[(typealias_declaration) (associatedtype_declaration)] @alias
[
  (function_declaration) (protocol_function_declaration) (init_declaration) (deinit_declaration)
  (subscript_declaration) (macro_declaration)
] @callable
[(property_declaration) (protocol_property_declaration)] @property
(enum_entry) @entry

(parameter name: (simple_identifier) @local)
(lambda_parameter name: (simple_identifier) @local)
(_ bound_identifier: (simple_identifier) @local)
(pattern (simple_identifier) @local)

(inheritance_specifier inherits_from: (user_type) @inherit)
(constructor_expression constructed_type: (user_type) @create)
(user_type) @type
(key_path_expression . "\\" . (type_identifier) @type)
(call_expression . (simple_identifier) @call)
(call_expression . (navigation_expression) @call)
(macro_invocation . (simple_identifier) @call)
(navigation_expression target: (simple_identifier) @head)
(_ value: (simple_identifier) @bare)
(_ result: (simple_identifier) @bare)
(_ lhs: (simple_identifier) @bare)
(_ rhs: (simple_identifier) @bare)
(_ element: (simple_identifier) @bare)
(_ key: (simple_identifier) @bare)
(_ expr: (simple_identifier) @bare)
(_ collection: (simple_identifier) @bare)
(_ if_nil: (simple_identifier) @bare)
(_ if_true: (simple_identifier) @bare)
(_ if_false: (simple_identifier) @bare)
(_ condition: (simple_identifier) @bare)
(_ default_value: (simple_identifier) @bare)
(prefix_expression target: (simple_identifier) @bare)
(statements (simple_identifier) @bare)

(statements (_) @statement)
(if_statement) @if
[(for_statement) (while_statement) (repeat_while_statement) (guard_statement)] @branch
(switch_statement) @switch
(switch_entry "case") @case
(ternary_expression) @branch
(nil_coalescing_expression) @coalesce
[(conjunction_expression) (disjunction_expression)] @boolean
(catch_block) @catch
(lambda_literal) @closure
(control_transfer_statement) @transfer

[(line_string_literal) (multi_line_string_literal) (raw_string_literal) (regex_literal)] @string
[(comment) (multiline_comment)] @comment
(directive) @directive
(ERROR) @error
