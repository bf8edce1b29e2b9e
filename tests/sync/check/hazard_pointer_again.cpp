// expect: pass complete
// options: --mode exhaustive
// flags: -llockstep_sync
// A hazard that goes on to the next object leaves the one before ordered before its free.
#include <lockstep/sync/hazard_pointer.h>

#include <atomic>
#include <cassert>
#include <thread>

struct node : lockstep::sync::hazard_pointer_obj_base<node> {
  explicit node(int v) : value(v) {}
  int value;
};

int main() {
  lockstep::sync::hazard_pointer_domain domain;
  std::atomic<node*> current{new node(1)};
  std::thread reader([&] {
    auto h = lockstep::sync::make_hazard_pointer(domain);
    for (int i = 0; i < 2; ++i) assert(h.protect(current)->value != 0);
  });
  current.exchange(new node(2), std::memory_order_acq_rel)->retire(domain);
  domain.reclaim();
  reader.join();
  delete current.load();
}
