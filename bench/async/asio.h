// Boost.Asio. Its version 1.74 forgets to include <utility>.
#pragma once

// clang-format off
#include <utility>
#include <boost/asio.hpp>
// clang-format on
