(object_creation_expression [(name) (qualified_name)] @type) @construction
