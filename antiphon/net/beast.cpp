// Beast's own sources, compiled once for the whole product (BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/beast/src.hpp>
