// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
// A writer that sees a reader's second section need not wait for it, and what the first one read comes before the free
// all the same.
#include <lockstep/sync/rcu.h>

#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

int main() {
  lockstep::sync::rcu_domain domain;
  std::atomic<int*> current{new int(1)};
  std::thread reader([&] {
    for (int i = 0; i < 2; ++i) {
      std::scoped_lock section(domain);
      assert(*current.load(std::memory_order_acquire) != 0);
    }
  });
  domain.retire(current.exchange(new int(2), std::memory_order_acq_rel));
  domain.barrier();
  reader.join();
  delete current.load();
}
