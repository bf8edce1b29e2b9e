// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// What a section can reach is not freed while it lasts; synchronize() waits for sections that began before, nested ones
// to their outermost end.
#include <lockstep/sync/rcu.h>

#include <cassert>
#include <mutex>
#include <thread>

int main() {
  lockstep::sync::rcu_domain domain;
  std::atomic<int*> current{new int(1)};
  std::thread reader([&] {
    std::scoped_lock outer(domain);
    int* p = current.load(std::memory_order_acquire);
    { std::scoped_lock inner(domain); }
    assert(*p == 1 || *p == 2);
  });
  int* old = current.exchange(new int(2), std::memory_order_acq_rel);
  domain.retire(old);
  domain.barrier();
  assert(domain.waiting() == 0);
  reader.join();
  delete current.load();
}
