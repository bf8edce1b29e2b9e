// pop announces the node before it reads its next: nobody frees or reuses what is announced.
#include <lockstep/sync/hazard_pointer.h>

#include <atomic>
#include <cassert>
#include <thread>

struct Node : lockstep::sync::hazard_pointer_obj_base<Node> {
  Node(int v, Node* n) : value(v), next(n) {}
  int value;
  Node* next;
};

lockstep::sync::hazard_pointer_domain domain;
std::atomic<Node*> head{nullptr};

void push(int value) {
  Node* node = new Node(value, head.load(std::memory_order_relaxed));
  while (!head.compare_exchange_weak(node->next, node, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

int pop() {
  auto hazard = lockstep::sync::make_hazard_pointer(domain);
  for (;;) {
    Node* top = hazard.protect(head);
    if (top == nullptr) return 0;
    if (!head.compare_exchange_strong(top, top->next, std::memory_order_acq_rel, std::memory_order_relaxed)) continue;
    const int value = top->value;
    top->retire(domain);
    return value;
  }
}

int main() {
  push(1);
  push(2);
  int other_got = 0;
  std::thread other([&] { other_got = pop(); });
  const int main_got = pop();
  domain.reclaim();  // only so that a free comes in between; retire() does it every now and then
  other.join();
  assert(main_got + other_got == 3 && "each node has one owner");
}
