; What of Python's grammar is Starlark; captures are named as in languages/python/facts.scm, which takes them.

(function_definition) @function
(expression_statement) @expression

(call function: [(identifier) (attribute)] @call)
(type) @type

(if_statement) @if
(elif_clause) @elif
(if_statement alternative: (else_clause) @else)
[(for_statement) (while_statement)] @loop
(conditional_expression) @ternary
(boolean_operator) @boolean
(lambda) @lambda
[(list_comprehension) (set_comprehension) (dictionary_comprehension) (generator_expression)] @comprehension

[(return_statement) (pass_statement) (break_statement) (continue_statement)] @statement

(string) @string
(comment) @comment
(ERROR) @error
