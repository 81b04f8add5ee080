namespace LogFlow.Store;

/// <summary>Something in a store's files that cannot be read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Place">Which part of it: a footer, a block.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="DocumentCount">Documents that cannot be read for it; null: it is not known how many.</param>
/// <param name="IsRepaired">It was mended.</param>
public sealed record StoreProblem(
    string Path, string Place, string Reason, long? DocumentCount, bool IsRepaired = false);
