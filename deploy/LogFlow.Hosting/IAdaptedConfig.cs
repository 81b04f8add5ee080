namespace LogFlow.Hosting;

/// <summary>A configuration class that makes what another tool's file says its own, before it is checked.</summary>
public interface IAdaptedConfig
{
    /// <summary>Adapts what was bound.</summary>
    /// <returns>What was passed over, by key; said once at the start.</returns>
    IReadOnlyList<ConfigProblem> Adapt();
}
