// Store buffering: each thread may miss the other's store, so both registers can be 0. Sequential consistency forbids
// that; x86 and C++'s relaxed accesses do not.
//   g++ -std=c++20 -g -O1 -fsanitize=thread examples/litmus/sb.cpp -o sb
//   lockstep show --expect 'r1=0 r2=1; r1=1 r2=0; r1=1 r2=1' --memory-model sc ./sb
#include <atomic>
#include <cstdio>
#include <thread>

std::atomic<int> x{0}, y{0};

int main() {
  int r1 = 0, r2 = 0;
  std::thread first([&] {
    x.store(1, std::memory_order_relaxed);
    r1 = y.load(std::memory_order_relaxed);
  });
  std::thread second([&] {
    y.store(1, std::memory_order_relaxed);
    r2 = x.load(std::memory_order_relaxed);
  });
  first.join();
  second.join();
  std::printf("r1=%d r2=%d\n", r1, r2);
}
