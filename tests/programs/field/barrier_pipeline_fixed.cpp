// expect: pass
// A simulation in steps: each worker writes its cell of the next grid, the completion function swaps the grids.
#include <array>
#include <barrier>
#include <cassert>
#include <thread>
#include <utility>
#include <vector>

struct Simulation {
  std::vector<int> now{1, 2}, next{0, 0};
  int steps = 0;
};

int main() {
  Simulation s;
  auto swap_grids = [&]() noexcept {
    std::swap(s.now, s.next);
    ++s.steps;
  };
  std::barrier sync(2, swap_grids);
  auto worker = [&](size_t me) {
    for (int step = 0; step < 2; ++step) {
      s.next[me] = s.now[0] + s.now[1] + static_cast<int>(me);
      sync.arrive_and_wait();
    }
  };
  std::thread a(worker, 0), b(worker, 1);
  a.join();
  b.join();
  assert(s.steps == 2);
  assert(s.now[0] == 7 && s.now[1] == 8);
}
