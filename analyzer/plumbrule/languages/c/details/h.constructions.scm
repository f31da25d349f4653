; A header that holds C++ is read by the query for that; one of C constructs nothing.
