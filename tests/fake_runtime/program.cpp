// A program to hand to the tool in tests; the fake runtime never lets it come to its main.
int value;
int main(int, char**) { return value++; }
