// expect: fail kind=crash
// A wild pointer to where nobody may write: it may be read, and the first store is a crash of the program's.
#include <atomic>
#include <thread>

const int table[] = {1, 2, 3};

int main() {
  auto* wild = reinterpret_cast<std::atomic<int>*>(const_cast<int*>(table));
  std::thread reads([&] { (void)wild->load(); });
  std::thread writes([&] { wild->store(7); });
  reads.join();
  writes.join();
}
