; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

(using_directive) @using
[(namespace_declaration) (file_scoped_namespace_declaration)] @namespace

[
  (class_declaration) (struct_declaration) (record_declaration) (interface_declaration) (enum_declaration)
] @definition
(delegate_declaration) @delegate
[
  (method_declaration) (constructor_declaration) (destructor_declaration) (operator_declaration)
  (conversion_operator_declaration) (local_function_statement)
] @callable
[(property_declaration) (indexer_declaration) (event_declaration)] @property
[(field_declaration) (event_field_declaration)] @field
(enum_member_declaration) @member

[(lambda_expression) (anonymous_method_expression)] @closure
(variable_declarator name: (identifier) @local)
(parameter name: (identifier) @local)
(parameter_list name: (identifier) @local)
(implicit_parameter) @local
(declaration_pattern name: (identifier) @local)
(recursive_pattern name: (identifier) @local)
(declaration_expression name: (identifier) @local)
(catch_declaration name: (identifier) @local)
(foreach_statement left: (identifier) @local)
(from_clause name: (identifier) @local)
(join_clause . (identifier) @local)
(let_clause . (identifier) @local)
(tuple_pattern name: (identifier) @local)
(parenthesized_variable_designation (identifier) @local)
(var_pattern (identifier) @local)

(object_creation_expression type: [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @create)
(base_list [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @inherit)
(primary_constructor_base_type type: [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @inherit)
(attribute name: [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @attribute)
(_ type: [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @type)
(_ returns: [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @type)
(type_argument_list [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @type)
(as_expression right: [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @type)
(is_expression right: [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @type)
(constant_pattern [(identifier) (member_access_expression)] @matched)
(constant_pattern (binary_expression) @tested)
(explicit_interface_specifier [(identifier) (qualified_name) (generic_name) (alias_qualified_name)] @type)
(invocation_expression function: [(identifier) (generic_name) (member_access_expression)] @call)
(member_access_expression expression: [(identifier) (generic_name) (alias_qualified_name)] @head)

(if_statement) @if
[(for_statement) (foreach_statement) (while_statement) (do_statement)] @loop
(switch_statement) @switch
(switch_expression) @chosen
(switch_section "case" @case)
(switch_expression_arm) @arm
(conditional_expression) @ternary
(binary_expression) @boolean
(binary_expression operator: "??" @coalesce)
(assignment_expression operator: "??=" @coalesce)
(catch_clause) @catch
(goto_statement) @goto
[(throw_statement) (throw_expression)] @throw
(yield_statement) @yield
[
  (expression_statement) (return_statement) (local_declaration_statement) (break_statement) (continue_statement)
  (try_statement) (using_statement) (lock_statement) (fixed_statement)
] @statement

[
  (string_literal) (verbatim_string_literal) (raw_string_literal) (interpolated_string_expression) (character_literal)
] @string
(comment) @comment
[
  (preproc_region) (preproc_endregion) (preproc_pragma) (preproc_nullable) (preproc_warning) (preproc_error)
  (preproc_line) (preproc_define) (preproc_undef)
] @directive
(ERROR) @error
