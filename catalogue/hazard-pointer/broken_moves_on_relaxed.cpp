// A fence behind the announcement orders what follows. The reads of the node before are ordered by the store that ends
// their announcement, and that is relaxed.
#include <atomic>
#include <thread>

struct Node {
  int value;
};

std::atomic<Node*> head{nullptr}, hazard{nullptr};

int use_head() {
  Node* node = head.load(std::memory_order_relaxed);
  for (;;) {
    hazard.store(node, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    Node* again = head.load(std::memory_order_acquire);
    if (again == node) return node->value;
    node = again;
  }
}

int main() {
  head = new Node{1};
  std::thread reader([] {
    use_head();
    use_head();
    hazard.store(nullptr, std::memory_order_release);
  });
  Node* old = head.exchange(new Node{2});
  std::atomic_thread_fence(std::memory_order_seq_cst);
  while (hazard.load(std::memory_order_acquire) == old) {
  }
  delete old;
  reader.join();
  delete head.load();
}
