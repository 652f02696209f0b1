package server

import (
	"log/slog"
	"slices"

	"liqa/internal/documents"
	"liqa/internal/secretariat"
	"liqa/internal/summit"
)

// sweepDocuments removes the files of documents that no summit lists any more:
// withdrawn is gone from the disk too, also when the server died between the
// journal and the removal. The files of a summit that is not taken up are left
// alone, for what it lists is not known.
func sweepDocuments(shelf *documents.Shelf, summits *secretariat.Secretariat, log *slog.Logger) {
	for _, id := range summits.Summits() {
		now, err := summits.Now(id)
		if err != nil {
			log.Error("the documents of a summit could not be looked through", "summit", id, "err", err)
			continue
		}
		listed := func(document string) bool {
			return slices.ContainsFunc(now.State.Documents, func(x summit.HandedIn) bool { return x.ID == document })
		}
		if err := shelf.Sweep(id, listed); err != nil {
			log.Error("the file of a withdrawn document could not be removed", "summit", id, "err", err)
		}
	}
}
