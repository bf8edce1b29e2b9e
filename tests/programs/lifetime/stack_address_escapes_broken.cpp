// expect: fail kind=data-race
// The thread gets the address of the loop variable, which the loop goes on changing.
#include <thread>

int seen[2];

int main() {
  std::thread threads[2];
  for (int i = 0; i < 2; ++i) {
    threads[i] = std::thread([&i] {
      int mine = i;
      if (mine < 2) seen[mine] = 1;
    });
  }
  for (auto& t : threads) t.join();
}
