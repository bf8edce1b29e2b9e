// protect() announces and looks again; retire() frees once nobody announces the node.
#include <lockstep/sync/hazard_pointer.h>

#include <atomic>
#include <cassert>
#include <thread>

struct Node : lockstep::sync::hazard_pointer_obj_base<Node> {
  explicit Node(int v) : value(v) {}
  int value;
};

lockstep::sync::hazard_pointer_domain domain;
std::atomic<Node*> head{nullptr};

void use() {
  auto hazard = lockstep::sync::make_hazard_pointer(domain);
  assert(hazard.protect(head)->value > 0);
}

int main() {
  head = new Node(1);
  std::thread reader(use);
  head.exchange(new Node(2))->retire(domain);
  domain.reclaim();  // only so that the program shows the free; retire() does it every now and then
  reader.join();
  delete head.load();
}
