package browsertest

import "testing"

func (s *stage) weigh(t *testing.T)        {}
func (s *stage) takePictures(t *testing.T) {}
func (s *stage) scripts(t *testing.T)      {}
