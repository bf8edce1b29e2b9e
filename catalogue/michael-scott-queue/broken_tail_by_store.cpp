// Two producers read the same tail and link behind the same node: the second link overwrites the first.
#include <atomic>
#include <cassert>
#include <thread>

struct Node {
  std::atomic<Node*> next{nullptr};
};

Node dummy, nodes[2];
std::atomic<Node*> tail{&dummy};

void put(Node* fresh) {
  Node* last = tail.load();
  last->next.store(fresh);
  tail.store(fresh);
}

int main() {
  std::thread producer(put, &nodes[0]);
  put(&nodes[1]);
  producer.join();
  int length = 0;
  for (Node* n = dummy.next; n != nullptr; n = n->next) ++length;
  assert(length == 2 && "both nodes are in the queue");
}
