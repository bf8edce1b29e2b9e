// expect: fail kind=data-race
// The push publishes its node with a relaxed compare-exchange.
#include <atomic>
#include <thread>

struct Node {
  int value;
  Node* next;
};
std::atomic<Node*> head{nullptr};

int main() {
  std::thread t([] {
    auto* node = new Node{1, nullptr};
    head.compare_exchange_strong(node->next, node, std::memory_order_relaxed);
  });
  Node* n = head.load(std::memory_order_acquire);
  int seen = n != nullptr ? n->value : 1;
  t.join();
  delete head.load();
  return seen == 1 ? 0 : 1;
}
