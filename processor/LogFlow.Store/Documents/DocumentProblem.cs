namespace LogFlow.Store;

/// <summary>Why a document was refused, in the form of an Elasticsearch error.</summary>
internal readonly record struct DocumentProblem(string Type, string Reason);
