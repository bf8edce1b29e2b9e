// expect: pass complete
// options: --mode exhaustive
// flags: -DLOCKSTEP_SYNC_EXPLORE -llockstep_sync
// An object that a hazard names is not freed under its reader, and every retired object is freed once.
#include <lockstep/sync/hazard_pointer.h>

#include <cassert>
#include <thread>

struct node : lockstep::sync::hazard_pointer_obj_base<node> {
  explicit node(int v) : value(v) {}
  ~node() { value = -1; }
  int value;
};

int main() {
  lockstep::sync::hazard_pointer_domain domain;
  std::atomic<node*> current{new node(1)};
  std::thread reader([&] {
    auto h = lockstep::sync::make_hazard_pointer(domain);
    node* n = h.protect(current);
    assert(n->value == 1 || n->value == 2);
  });
  node* old = current.exchange(new node(2), std::memory_order_acq_rel);
  old->retire(domain);
  domain.reclaim();
  reader.join();
  domain.reclaim();
  assert(domain.waiting() == 0);
  delete current.load();
}
