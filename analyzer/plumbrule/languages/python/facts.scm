; One captured node a pattern, so that matches come in the order of the text. A capture is named for the method
; (`on_NAME` in facts.py or extract/sweep.py) or the flow that takes it.

[(import_statement) (import_from_statement) (future_import_statement)] @import

(decorated_definition) @decorated
(function_definition) @function
(class_definition) @class
(type_alias_statement) @alias
(expression_statement) @expression

(call function: [(identifier) (attribute)] @call)
(call function: (parenthesized_expression) @wrapped)
(decorator [(identifier) (attribute)] @call)
(type) @type

(if_statement) @if
(elif_clause) @elif
(if_statement alternative: (else_clause) @else)
[(for_statement) (while_statement)] @loop
(for_statement alternative: (else_clause) @loop_else)
(while_statement alternative: (else_clause) @loop_else)
(try_statement) @try
(with_statement) @with
(try_statement (else_clause) @try_else)
(except_clause) @handler
(match_statement) @match
(conditional_expression) @ternary
(boolean_operator) @boolean
(lambda) @lambda
[(list_comprehension) (set_comprehension) (dictionary_comprehension) (generator_expression)] @comprehension

(assert_statement) @assert
(raise_statement) @raise
[
  (return_statement) (pass_statement) (break_statement) (continue_statement)
  (global_statement) (nonlocal_statement) (print_statement) (exec_statement)
] @statement
(delete_statement) @delete

(string) @string
(comment) @comment
(ERROR) @error
