package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// declared is one type declaration.
type declared struct {
	pkg    string // "view", "summit" or "plan"
	name   string
	doc    string
	expr   ast.Expr
	values []value // constants of the type
}

// value is one constant of a string type.
type value struct {
	text string
	doc  string
}

// sources are the type declarations of several packages, by "package.Name".
type sources struct {
	types map[string]*declared
}

// read adds the types and string constants of the package in dir. Files and
// declarations are taken in a fixed order.
func (s *sources) read(pkg, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var files []*ast.File
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, parser.ParseComments)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	for _, f := range files {
		s.declarations(f, func(d *ast.GenDecl) {
			for _, spec := range d.Specs {
				if t, ok := spec.(*ast.TypeSpec); ok && t.Name.IsExported() {
					s.add(pkg, d, t)
				}
			}
		})
	}
	for _, f := range files {
		s.declarations(f, func(d *ast.GenDecl) {
			if d.Tok == token.CONST {
				s.constants(pkg, d)
			}
		})
	}
	return nil
}

func (s *sources) declarations(f *ast.File, visit func(*ast.GenDecl)) {
	for _, d := range f.Decls {
		if g, ok := d.(*ast.GenDecl); ok {
			visit(g)
		}
	}
}

func (s *sources) add(pkg string, d *ast.GenDecl, t *ast.TypeSpec) {
	doc := t.Doc.Text()
	if doc == "" && len(d.Specs) == 1 {
		doc = d.Doc.Text()
	}
	s.types[pkg+"."+t.Name.Name] = &declared{pkg: pkg, name: t.Name.Name, doc: doc, expr: t.Type}
}

// constants notes the string constants of a block with the types they are of.
func (s *sources) constants(pkg string, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec)
		id, ok := v.Type.(*ast.Ident)
		if !ok {
			continue
		}
		t := s.types[pkg+"."+id.Name]
		if t == nil {
			continue
		}
		for _, e := range v.Values {
			lit, ok := e.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				continue
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil {
				panic(fmt.Sprintf("constant %s: %v", lit.Value, err))
			}
			doc := v.Doc.Text()
			if doc == "" {
				doc = v.Comment.Text()
			}
			t.values = append(t.values, value{text, doc})
		}
	}
}
