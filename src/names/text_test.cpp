#include "names/text.h"

#include <gtest/gtest.h>

namespace lockstep::names {
namespace {

TEST(Text, FunctionsByName) {
  EXPECT_EQ(function_only("std::thread::thread<main()::<lambda()>, , void>"),
            "std::thread::thread<main()::<lambda()>, , void>");
  EXPECT_EQ(function_only("transfer(Account&, Account&)"), "transfer");
  EXPECT_EQ(function_only("Queue<int>::push(int)"), "Queue<int>::push");
  EXPECT_EQ(function_only("void run<int>(int)"), "run<int>");
  EXPECT_EQ(function_only("main::{lambda(int)#1}::operator()(int) const"), "lambda in main");
  EXPECT_EQ(function_only("main::<lambda()>::operator()"), "lambda in main");
  EXPECT_EQ(function_only("(anonymous namespace)::work()"), "work");
  EXPECT_EQ(function_only("Pool::operator()(int)"), "Pool::operator()");
  EXPECT_EQ(function_only("main"), "main");
}

TEST(Text, NoiseGoes) {
  EXPECT_EQ(readable("std::vector<int, std::allocator<int> >"), "std::vector<int>");
  EXPECT_EQ(readable("std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >"), "std::string");
  EXPECT_EQ(readable("std::map<int, A, std::less<int>, std::allocator<std::pair<int const, A> > >"),
            "std::map<int, A>");
}

TEST(Text, FirstArgument) {
  EXPECT_EQ(first_argument("std::__new_allocator<Node<int, A>>::allocate", "__new_allocator"), "Node<int, A>");
  EXPECT_EQ(first_argument("std::make_unique<Bank, int>", "make_unique"), "Bank");
  EXPECT_EQ(first_argument("std::thread", "tuple"), "");
}

TEST(Text, LibraryFiles) {
  EXPECT_TRUE(is_library_file("/usr/include/c++/12/thread"));
  EXPECT_TRUE(is_library_file("/usr/lib/llvm-14/lib/clang/14.0.6/include/stddef.h"));
  EXPECT_TRUE(is_library_file("/usr/local/include/lockstep/sync/mutex.h"));
  EXPECT_FALSE(is_library_file("/home/u/bank.cpp"));
  EXPECT_FALSE(is_library_file("bank.cpp"));
}

}  // namespace
}  // namespace lockstep::names
