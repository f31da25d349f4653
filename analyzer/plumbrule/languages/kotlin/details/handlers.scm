(catch_block (block)? @body) @handler
