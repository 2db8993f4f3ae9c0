import {describe, expect, test} from 'vitest';
import type {ProfileChoice} from '../../src/config/profile.js';
import {pipelineOf, place, problemsOf, words} from './resolved.js';

const text = `sidestep: 1
profiles:
  studio:
    hosts: [studio, "gpu-*"]
    vars: {models: /big/models}
    defaults: {threads: 8}
  laptop:
    defaults: {device: cpu, threads: 2}
    stages: {train: {with: {epochs: 1, output_dir: /tmp/out}}}
vars: {models: ./checkpoints}
stages:
  model: {uses: scan, with: {checkpoint_dir: "\${vars.models}"}}
  train: {uses: train, with: {model: "\${stages.model}", tensors: ./tensors, epochs: 50}}
`;

const here = (choice: Partial<ProfileChoice>): ProfileChoice => ({host: 'elsewhere', ...choice});

describe('who chooses: a person, else settings, else the name of the machine', () => {
  test.each([
    {choice: {}, profile: undefined},
    {choice: {host: 'gpu-17'}, profile: 'studio'},
    {choice: {host: 'STUDIO'}, profile: 'studio'},
    {choice: {host: 'my-studio'}, profile: undefined},
    {choice: {host: 'studio', settings: 'laptop'}, profile: 'laptop'},
    {choice: {host: 'studio', settings: 'of another pipeline'}, profile: 'studio'},
    {choice: {host: 'studio', settings: 'studio', asked: 'laptop'}, profile: 'laptop'},
    {choice: {asked: ''}, profile: undefined},
  ])('$choice: $profile', ({choice, profile}) => {
    expect(pipelineOf(text, {profile: here(choice)}).profile).toBe(profile);
  });

  test('a profile that is asked for must be there', () => {
    const [problem] = problemsOf(text, {profile: here({asked: 'labtop'})});
    expect(words(problem!)).toMatch(
      /config\/unknown-profile .*labtop; there are studio, laptop \| Did you mean laptop/,
    );
  });
});

describe('what it changes', () => {
  test('places and threads: the same work, and nothing to say', () => {
    const {stages, warnings} = pipelineOf(text, {profile: here({host: 'studio'})});
    expect(stages[0]!.params.checkpoint_dir).toBe('/big/models');
    expect(stages[1]!.resources.threads).toBe(8);
    expect(warnings).toEqual([]);
  });

  test('what decides results is said once, with the place of the profile', () => {
    const {stages, warnings} = pipelineOf(text, {profile: here({asked: 'laptop'})});
    expect(stages[1]).toMatchObject({
      resources: {device: 'cpu', threads: 2},
      params: {epochs: 1, output_dir: '/tmp/out'},
    });
    expect(warnings.map(place)).toEqual(['pipeline.yaml:8:5 config/profile-decides']);
    expect(warnings[0]!.message).toMatch(/: train\.device, train\.epochs$/);
  });

  test('--set is above', () => {
    const {stages} = pipelineOf(text, {profile: here({asked: 'laptop'}), overrides: ['train.epochs=9']});
    expect(stages[1]!.params.epochs).toBe(9);
  });

  test('a mistake in a profile is found at its line, chosen or not', () => {
    const wrong = text.replace('threads: 2', 'treads: 2').replace('epochs: 1,', 'epochs: none,');
    expect(problemsOf(wrong).map(place)).toEqual(['pipeline.yaml:8:29 config/unknown-key']);
    const chosen = problemsOf(wrong, {profile: here({asked: 'laptop'})}).map(place);
    expect(chosen).toContain('pipeline.yaml:9:37 config/wrong-type');
  });
});
