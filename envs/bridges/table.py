"""What is known of reasoning-gym's tasks without importing it; measured with reasoning-gym 0.1.25.

`_FEW` and `_CHANCE` of the default configurations were measured over the first 120 and 100 seeds.
"""

TASKS = tuple(
    word
    for line in (
        "ab acre advanced_geometry aiw arc_1d arc_agi base_conversion basic_arithmetic bf",
        "binary_alternation binary_matrix bitwise_arithmetic caesar_cipher calendar_arithmetic chain_sum",
        "circuit_logic codeio coin_flip color_cube_rotation complex_arithmetic count_bits count_primes",
        "countdown course_schedule cryptarithm decimal_arithmetic decimal_chain_sum dice emoji_mystery",
        "family_relationships figlet_font fraction_simplification futoshiki game_of_life",
        "game_of_life_halting gcd graph_color group_anagrams gsm_symbolic intermediate_integration",
        "isomorphic_strings jugs kakurasu knight_swap knights_knaves largest_island lcm leg_counting",
        "letter_counting letter_jumble list_functions mahjong_puzzle manipulate_matrix maze mini_sudoku",
        "modulo_grid n_queens needle_haystack number_filtering number_format number_sequence",
        "number_sorting palindrome_generation palindrome_partitioning path_star polynomial_equations",
        "polynomial_multiplication pool_matrix power_function prime_factorization products",
        "propositional_logic puzzle24 quantum_lock ransom_note rearc rectangle_count rotate_matrix",
        "rotten_oranges rubiks_cube self_reference sentence_reordering shortest_path simple_equations",
        "simple_geometry simple_integration sokoban spell_backward spiral_matrix string_insertion",
        "string_manipulation string_splitting string_synthesis sudoku survo syllogism time_intervals",
        "tower_of_hanoi tsumego word_ladder word_sequence_reversal word_sorting zebra_puzzles",
    )
    for word in line.split()
)
"""Every task that is bridged."""
LEFT_OUT = {
    "boxnet": "its problems come without an answer, so nothing shows that its scorer can be satisfied",
    "composite": "it has no problems of its own but mixes other tasks",
    "rush_hour": "its problems come without an answer, so nothing shows that its scorer can be satisfied",
}
"""Tasks that are not bridged, and why."""
ANSWER_KEYS = {
    "graph_color": "possible_answer",
    "propositional_logic": "example_answer",
    "rubiks_cube": "example_correct_answer",
}
"""Where the metadata of a task without a fixed answer keep one that is right."""
FEW = {
    "aiw": 118,
    "binary_matrix": 118,
    "coin_flip": 87,
    "game_of_life_halting": 114,
    "intermediate_integration": 114,
    "jugs": 113,
    "largest_island": 114,
    "n_queens": 118,
    "number_sequence": 109,
    "prime_factorization": 114,
    "products": 116,
    "puzzle24": 114,
    "self_reference": 113,
    "sentence_reordering": 117,
    "string_splitting": 95,
    "string_synthesis": 95,
    "tower_of_hanoi": 58,
}
"""How many of 120 problems were distinct, where two or more came up again.

If there were 2,000 equally likely problems, which is what a split needs, 3.6 of 120 would come up again; the
tasks that are not named here repeated one at most.
"""
CHANCE = {
    "ab": 0.03,
    "acre": 0.37,
    "advanced_geometry": 0.04,
    "aiw": 0.25,
    "arc_agi": 0.14,
    "base_conversion": 0.03,
    "basic_arithmetic": 0.03,
    "binary_alternation": 0.19,
    "calendar_arithmetic": 0.17,
    "chain_sum": 0.04,
    "circuit_logic": 0.6,
    "codeio": 0.03,
    "coin_flip": 0.96,
    "color_cube_rotation": 0.14,
    "complex_arithmetic": 0.03,
    "count_bits": 0.15,
    "count_primes": 0.04,
    "countdown": 0.06,
    "course_schedule": 0.51,
    "emoji_mystery": 0.05,
    "family_relationships": 0.2,
    "figlet_font": 0.08,
    "fraction_simplification": 0.06,
    "futoshiki": 0.08,
    "game_of_life": 0.96,
    "game_of_life_halting": 1.0,
    "gcd": 0.32,
    "group_anagrams": 0.05,
    "gsm_symbolic": 0.05,
    "isomorphic_strings": 0.51,
    "jugs": 0.06,
    "knight_swap": 0.34,
    "largest_island": 0.2,
    "lcm": 0.04,
    "leg_counting": 0.03,
    "letter_counting": 0.39,
    "letter_jumble": 0.04,
    "list_functions": 0.06,
    "mahjong_puzzle": 0.36,
    "manipulate_matrix": 0.05,
    "maze": 0.22,
    "mini_sudoku": 0.27,
    "n_queens": 0.07,
    "number_sequence": 0.1,
    "palindrome_generation": 0.06,
    "polynomial_equations": 0.43,
    "pool_matrix": 0.03,
    "power_function": 0.14,
    "prime_factorization": 0.03,
    "products": 0.03,
    "propositional_logic": 0.08,
    "puzzle24": 1.0,
    "quantum_lock": 0.03,
    "ransom_note": 0.52,
    "rearc": 0.08,
    "rectangle_count": 0.41,
    "rotten_oranges": 0.36,
    "self_reference": 0.35,
    "sentence_reordering": 0.07,
    "shortest_path": 0.32,
    "simple_equations": 0.04,
    "simple_geometry": 0.04,
    "spell_backward": 0.09,
    "string_manipulation": 0.03,
    "string_splitting": 0.04,
    "string_synthesis": 0.03,
    "sudoku": 0.13,
    "syllogism": 0.77,
    "time_intervals": 0.38,
    "tower_of_hanoi": 0.09,
    "tsumego": 0.1,
    "zebra_puzzles": 0.27,
}
"""What the best of twelve constant answers, or a random one, earned where it was more than 0.02."""
