namespace LogFlow.Store;

/// <summary>A commit whose segments are durable under temporary names.</summary>
internal sealed class PreparedCommit(CommitInfo commit)
{
    private readonly List<PreparedFile> _files = [];

    public CommitInfo Commit { get; } = commit;

    public IReadOnlyList<PreparedFile> Files => _files;

    public void Add(long day, string folder, string temporary, string path) =>
        _files.Add(new PreparedFile(day, folder, temporary, path));

    internal readonly record struct PreparedFile(long Day, string Folder, string Temporary, string Path);
}
