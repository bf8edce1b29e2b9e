// expect: fail kind=use-after-free|data-race pattern=missing-fence
// The reader announces what it uses and looks again: its store and its load may change places.
#include <atomic>
#include <thread>

struct Settings {
  int level;
};

std::atomic<Settings*> current{nullptr};
std::atomic<Settings*> in_use{nullptr};
int seen = 0;

void look_up() {
  Settings* mine = current.load(std::memory_order_acquire);
  in_use.store(mine, std::memory_order_release);
  if (current.load(std::memory_order_acquire) == mine) seen = mine->level;
  in_use.store(nullptr, std::memory_order_release);
}

int main() {
  current = new Settings{1};
  std::thread reader(look_up);
  Settings* old = current.exchange(new Settings{2}, std::memory_order_acq_rel);
  while (in_use.load(std::memory_order_acquire) == old) std::this_thread::yield();
  delete old;
  reader.join();
  delete current.load();
}
