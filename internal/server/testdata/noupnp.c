/* An empty libgupnp-igd for libnice. In Debian 12, simple-whip-client is built
   with libsoup 2 and libnice brings libsoup 3 in by UPnP, which it does not use
   here; the two end a process that has both (libsoup's own check). */
void *gupnp_simple_igd_thread_new(void) { return 0; }
void gupnp_simple_igd_add_port(void) {}
void gupnp_simple_igd_remove_port(void) {}
void gupnp_simple_igd_remove_port_local(void) {}
unsigned long gupnp_simple_igd_get_type(void) { return 0; }
