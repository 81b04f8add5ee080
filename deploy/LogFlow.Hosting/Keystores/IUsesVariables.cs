namespace LogFlow.Hosting;

/// <summary>A configuration that names texts of its own in which variables stand, a pipeline's, say.</summary>
public interface IUsesVariables
{
    /// <summary>
    /// Called when it is bound: variables have the values that they have in the configuration's files (the keystore's
    /// before the environment's); null for one without value.
    /// </summary>
    void UseVariables(Func<string, string?> find);
}
