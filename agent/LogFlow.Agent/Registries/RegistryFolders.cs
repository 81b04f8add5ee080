namespace LogFlow.Agent;

/// <summary>
/// Which folder is which output's registry. One output has <c>registry</c> itself, whatever it was before: its
/// positions hold when lines go elsewhere from now on. Of several each has a folder of its own below, but for the one
/// whose positions lie in <c>registry</c> already: what its topic entry names, or where that is none of them, the
/// first.
/// </summary>
internal static class RegistryFolders
{
    /// <summary>Whose the registry at the root is.</summary>
    /// <param name="targets">The outputs that are used.</param>
    /// <param name="known">The topic that the registry knows; its name is null where it is new.</param>
    /// <param name="hasOwn">Whether an output has a folder of its own already.</param>
    public static OutputTarget OwnerOf(
        IReadOnlyList<OutputTarget> targets, TopicIdentity known, Func<OutputTarget, bool> hasOwn) =>
        targets.FirstOrDefault(target => known.Name is not null && target.IsKnownAs(known))
            ?? targets.FirstOrDefault(target => !hasOwn(target))
            ?? targets[0];

    /// <summary>The folder of an output beside the first.</summary>
    public static string Below(string root, OutputTarget target) => Path.Combine(root, target.Name);
}
