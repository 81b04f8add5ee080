namespace LogFlow.Store;

/// <summary>A commit failed half-way; the store must stop, and recovery decides.</summary>
internal sealed class CommitUncertainException(long commitId, Exception cause) : IOException(
    $"commit {commitId:x} failed while its segments were being renamed; restart the store to recover it: "
    + cause.Message, cause);
