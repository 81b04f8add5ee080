namespace LogFlow.Agent;

/// <summary>
/// Who deletes: each output has an input of its own over the same files, and one of them deletes when all are done.
/// </summary>
internal static class DeletionRoles
{
    /// <summary>Tells the first input of each id that deletes whom to ask.</summary>
    public static void Assign(IReadOnlyList<FilestreamInput> inputs)
    {
        foreach (var same in inputs.GroupBy(static input => input.Id, StringComparer.Ordinal))
        {
            var first = same.First();
            first.AskedBeforeDeletion = first.Config.DeleteEnabled ? inputs : null;
        }
    }
}
