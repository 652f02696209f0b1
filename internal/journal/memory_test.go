package journal

import "testing"

func TestMemory(t *testing.T) {
	suite(t, func(*testing.T) Journal { return OpenMemory() })
}
