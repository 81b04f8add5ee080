namespace LogFlow.Hosting;

/// <summary>
/// Where a program's keystore lies: what <c>keystore.path</c> says, else <c>PROGRAM.keystore</c> in the folder of its
/// state. Matches Filebeat's <c>${path.data}/filebeat.keystore</c>.
/// </summary>
/// <param name="Program">The executable's name.</param>
/// <param name="DataFolder">The folder of its state, given what configuration says for a key (null: nothing).</param>
public sealed record KeystorePlace(string Program, Func<Func<string, string?>, string> DataFolder)
{
    /// <summary>The file's key.</summary>
    public const string Key = "keystore.path";

    /// <summary>The file's full path; a relative one starts from the working directory, as in Filebeat.</summary>
    internal string Find(Func<string, string?> text) => Path.GetFullPath(
        text(Key) is { Length: > 0 } named ? named : Path.Combine(DataFolder(text), $"{Program}.keystore"));
}
