// The same for tests.
#include "product.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
